"""Which address is answered by which function."""
