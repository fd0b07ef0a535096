n = int(input())
h = list(map(int, input().split()))
print(max(sum(h[i:j]) for i in range(n) for j in range(i + 1, n + 1)))
