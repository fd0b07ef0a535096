# pairs with sum <= t, minus pairs with sum <= t - 1
def at_most(a, t):
    j = len(a) - 1
    total = 0
    for i in range(len(a)):
        while j >= 0 and a[i] + a[j] > t:
            j -= 1
        if j <= i:
            break
        total += j - i
    return total


n, t = map(int, input().split())
a = sorted(int(w) for w in input().split())
print(at_most(a, t) - at_most(a, t - 1))
