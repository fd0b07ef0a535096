n = int(input())
v = list(map(int, input().split()))
t = sum(v)
for mask in range(1 << n):
    if 2 * sum(v[i] for i in range(n) if mask >> i & 1) == t:
        print("YES")
        print(*[i + 1 for i in range(n) if mask >> i & 1])
        break
else:
    print("NO")
