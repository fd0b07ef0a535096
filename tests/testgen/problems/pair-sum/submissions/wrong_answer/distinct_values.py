n, t = map(int, input().split())
s = set(map(int, input().split()))
print(sum(1 for x in s if t - x in s and x < t - x))
