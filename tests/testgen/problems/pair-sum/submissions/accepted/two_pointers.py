def main():
    n, t = map(int, input().split())
    a = sorted(map(int, input().split()))
    lo, hi = 0, n - 1
    ways = 0
    while lo < hi:
        s = a[lo] + a[hi]
        if s < t:
            lo += 1
        elif s > t:
            hi -= 1
        elif a[lo] == a[hi]:
            k = hi - lo + 1
            ways += k * (k - 1) // 2
            break
        else:
            i, j = lo, hi
            while a[i] == a[lo]:
                i += 1
            while a[j] == a[hi]:
                j -= 1
            ways += (i - lo) * (hi - j)
            lo, hi = i, j
    print(ways)


main()
