n, t = map(int, input().split())
a = list(map(int, input().split()))
w = 0
for i in range(n):
    for j in range(i):
        if a[i] + a[j] == t:
            w += 1
print(w)
