"""Files that come in and go out: every kind of thing that can be imported and exported."""
