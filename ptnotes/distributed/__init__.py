"""What the notes of the chapter ``distributed`` run in several processes."""
