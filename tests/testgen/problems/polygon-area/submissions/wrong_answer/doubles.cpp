#include <cmath>
#include <cstdio>
#include <vector>
int main() {
    int n;
    scanf("%d", &n);
    std::vector<double> x(n), y(n);
    for (int i = 0; i < n; i++) scanf("%lf %lf", &x[i], &y[i]);
    double s = 0;
    for (int i = 0; i < n; i++) s += x[i] * y[(i + 1) % n] - x[(i + 1) % n] * y[i];
    printf("%.0f\n", std::fabs(s));
}
