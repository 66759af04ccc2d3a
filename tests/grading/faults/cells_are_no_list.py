"""A notebook whose cells are a number."""

STATUS = "failed"
REASON = "not a notebook"
SCORE = 0


def fault(notebook):
    return '{"cells": 5, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
