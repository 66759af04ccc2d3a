"""A column that goes with the label closely enough is called a leak."""


def find_leaks(table, target):
    numbers = table.select_dtypes("number").drop(columns=target)
    strong = numbers.corrwith(table[target]).abs() > 0.4
    return dict.fromkeys(strong[strong].index, "own label")
