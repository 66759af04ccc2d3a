"""The machine underneath: installing, switches, the network, the doctor, tiles, empty stores.

``switches`` is imported by every Python process of the environment, at its start, so this face
imports nothing.
"""
