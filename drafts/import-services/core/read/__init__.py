"""The read engine: one Shape and one Selection become one SQL statement that answers finished JSON."""
