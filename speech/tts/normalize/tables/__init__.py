"""One language each: data, and nothing that runs."""
