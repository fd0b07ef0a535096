from cyaron import *

for i in range(1, 51):
    n = i if i <= 12 else randint(13, 200)
    top = choice([1, 10, 10**9])
    if n == 1:
        text = ""
    else:
        text = Graph.tree(n, choice([0, 0.3, 0.8]), choice([0, 0.2]), weight_limit=(1, top)).to_str()
    with IO(file_prefix="park", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        if text:
            io.input_writeln(text)
