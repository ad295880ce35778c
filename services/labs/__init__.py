"""Joint labs: standing cooperation of two or more parties with a workplan."""
