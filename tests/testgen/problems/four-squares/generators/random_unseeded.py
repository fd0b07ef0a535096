import os

from cyaron import *

# bytes from the system instead of the given dice
for i in range(1, 11):
    with IO(file_prefix="u", data_id=i, disable_output=True) as io:
        io.input_writeln(int.from_bytes(os.urandom(2), "big"))
