import os

from cyaron import *

# dies before anything is flushed: its files stay empty
for i in range(1, 11):
    io = IO(file_prefix="n", data_id=i, disable_output=True)
    io.input_writeln(String.random(8, charset="ab"))
    if i == 10:
        os._exit(0)
    keep = globals().setdefault("keep", [])
    keep.append(io)
