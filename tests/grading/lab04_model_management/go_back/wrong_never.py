"""Never goes back."""


def go_back(figures, left, cost, noise):
    return False
