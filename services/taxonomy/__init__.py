"""What the other rooms name things by: states, dated classifications, capacity areas, goals, sectors, languages."""
