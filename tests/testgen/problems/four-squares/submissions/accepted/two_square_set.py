n = int(input())
squares = [k * k for k in range(int(n**0.5) + 2)]
pairs = {}
answer = None
for i, x in enumerate(squares):
    for j in range(i + 1):
        s = x + squares[j]
        if s > n:
            break
        pairs.setdefault(s, (i, j))
        if n - s in pairs:
            answer = (i, j) + pairs[n - s]
            break
    if answer:
        break
print(*answer)
