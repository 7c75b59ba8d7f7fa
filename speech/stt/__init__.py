"""Speech to text: blocks of audio become spans of speech, chunks, batches, and at last segments."""
