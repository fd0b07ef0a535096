from cyaron import *

# a mirror hidden at the front, in the middle or at the end; and a block that comes again mirrored elsewhere
for i in range(1, 25):
    half = String.random(randint(2, 20), charset="abcd")
    noise = String.random(randint(0, 30), charset="wxyz")
    if i % 4 == 0:
        s = half + half[::-1] + noise
    elif i % 4 == 1:
        s = noise + half + "e" + half[::-1]
    elif i % 4 == 2:
        s = noise + half + half[::-1] + noise
    else:
        s = half + noise + "xyz" + half[::-1]
    with IO(file_prefix="s", data_id=i, disable_output=True) as io:
        io.input_writeln(s)
