n = int(input())
q, r = divmod(sum(map(int, input().split())), n)
if 2 * r > n:
    q += 1
print(q)
