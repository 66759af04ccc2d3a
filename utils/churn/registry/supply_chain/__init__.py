"""What a model is made of, and that nobody changed it.

``signing`` signs a model's folder and verifies it, ``scan`` looks for code that would run when a file
is loaded, ``parts`` lists the packages of an environment. The first and the last load large
libraries, so they are imported by their own names.
"""
