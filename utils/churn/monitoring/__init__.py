"""Is the model still good? What is watched once it serves.

``drift``  whether data look as they did: detectors behind one small interface
"""
