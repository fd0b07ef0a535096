#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <vector>
using C = std::complex<double>;
int main() {
    int n;
    if (scanf("%d", &n) != 1) return 1;
    std::vector<C> t;
    for (int i = 0; i < n; i++) {
        double x, y;
        scanf("%lf%lf", &x, &y);
        if (std::find(t.begin(), t.end(), C(x, y)) == t.end()) t.emplace_back(x, y);
    }
    size_t first = 0;
    for (size_t i = 1; i < t.size(); i++)
        if (t[i].imag() < t[first].imag() || (t[i].imag() == t[first].imag() && t[i].real() > t[first].real())) first = i;
    double length = 0;
    size_t at = first;
    do {
        size_t next = at;
        for (size_t i = 0; i < t.size(); i++) {
            if (i == at) continue;
            double turn = next == at ? -1 : (std::conj(t[next] - t[at]) * (t[i] - t[at])).imag();
            if (turn < 0 || (turn == 0 && std::norm(t[i] - t[at]) > std::norm(t[next] - t[at]))) next = i;
        }
        length += std::abs(t[next] - t[at]);
        at = next;
    } while (at != first);
    printf("%.10g\n", length);
}
