"""What follows from the data, and what must hold for them."""
