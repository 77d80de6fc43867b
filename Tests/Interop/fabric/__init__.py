"""What `fabric_vectors.py` is made of."""
