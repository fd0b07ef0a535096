from cyaron import *

for i in range(1, 51):
    n = randint(1, 10) if i <= 20 else randint(11, 200)
    with IO(file_prefix="mirror", data_id=i, disable_output=True) as io:
        io.input_writeln(String.random(n, charset=choice(["ab", "abc", ALPHABET_SMALL])))
