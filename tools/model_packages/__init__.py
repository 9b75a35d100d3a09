"""CLIP model packages with random weights: what tools/make_model_packages.py is made of."""
