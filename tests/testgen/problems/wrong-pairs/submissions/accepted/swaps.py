n, k = map(int, input().split())
a = list(range(1, n + 1))
end = n - 1
while k > 0:
    # carry the first number to the end of what is still in order
    for i in range(end):
        if k == 0:
            break
        a[i], a[i + 1] = a[i + 1], a[i]
        k -= 1
    end -= 1
print(" ".join(map(str, a)))
