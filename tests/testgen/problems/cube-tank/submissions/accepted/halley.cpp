#include <iostream>
using namespace std;
int main() {
    int q;
    cin >> q;
    cout.precision(12);
    while (q--) {
        double a, v, h = 1;
        cin >> a >> v;
        for (int i = 0; i < 300; i++) {
            double f = h * h * h + a * h - v, g = 3 * h * h + a, k = 6 * h;
            double below = 2 * g * g - f * k;
            if (below == 0) break;
            h -= 2 * f * g / below;
        }
        if (h < 0) h = 0;
        cout << h << endl;
    }
}
