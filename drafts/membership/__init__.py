"""Who takes part: delegations of states and observers, and their standing, dated."""
