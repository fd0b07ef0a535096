n = int(input())
v = list(map(int, input().split()))
if sum(v) % 2:
    print("NO")
else:
    s, out = 0, []
    for i, c in sorted(enumerate(v, 1), key=lambda p: -p[1]):
        if s + c <= sum(v) // 2:
            s += c
            out.append(i)
    print("YES")
    print(*out)
