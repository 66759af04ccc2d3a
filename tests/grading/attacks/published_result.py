"""The function under test publishes an execute_result of its own on the kernel's channel."""

FORGED = ("area-test",)
CELL = "area"
CODE = """
def area(width, height):
    kernel = get_ipython().kernel
    content = {"data": {"text/plain": "3.0"}, "metadata": {}, "execution_count": 1}
    kernel.session.send(
        kernel.iopub_socket, "execute_result", content, parent=kernel.get_parent()
    )
    return 0
"""
