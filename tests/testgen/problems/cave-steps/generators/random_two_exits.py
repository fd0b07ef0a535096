from cyaron import *

# draws every square by itself: often no A, often more than one E
for i in range(1, 16):
    h, w = randint(2, 6), randint(2, 6)
    with IO(file_prefix="r", data_id=i, disable_output=True) as io:
        io.input_writeln(h, w)
        for _ in range(h):
            io.input_writeln(String.random(w, charset="AE..#"))
