"""Text to speech: from any input to one plan, from the plan to sentences, from sentences to sound."""
