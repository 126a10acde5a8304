"""What only maintainers run: rebuild the shipped data, write the codebook, measure speed. Not installed."""
