// a ^ b, through logarithm and exponential in double, so that the float result is nearly correctly
// rounded whatever the exponent.

// log2 of positive finite float values.
INLINE dvec logarithm_two_double(vec x) {
    ivec denormal = x < splat(1.17549435e-38f);
    vec scaled = choose(denormal, x * splat(8388608.0f), x);
    ivec n = (as_bits(scaled) - 0x3f3504f3) >> 23;
    dvec mantissa = widen(from_bits(as_bits(scaled) - (n << 23)));
    dvec exponent = __builtin_convertvector(n + (denormal & -23), dvec);
    // log m = 2 artanh s, s = (m - 1) / (m + 1), |s| < 0.172: nine terms of the series.
    dvec s = (mantissa - (dvec)(1.0)) / (mantissa + (dvec)(1.0)), y = s * s;
    dvec p = (dvec)(1.0 / 17);
    p = p * y + (dvec)(1.0 / 15);
    p = p * y + (dvec)(1.0 / 13);
    p = p * y + (dvec)(1.0 / 11);
    p = p * y + (dvec)(1.0 / 9);
    p = p * y + (dvec)(1.0 / 7);
    p = p * y + (dvec)(1.0 / 5);
    p = p * y + (dvec)(1.0 / 3);
    p = p * y + (dvec)(1.0);
    return exponent + s * p * (dvec)(2.88539008177792681472);
}

// 2^y, y clamped to what overflows or vanishes in float.
INLINE dvec exponential_two_double(dvec y) {
    const dvec magic = (dvec)(6755399441055744.0);
    y = y < (dvec)(-200.0) ? (dvec)(-200.0) : y;
    y = y > (dvec)(200.0) ? (dvec)(200.0) : y;
    dvec shifted = y + magic;
    dvec r = (y - (shifted - magic)) * (dvec)(0.69314718055994530942);
    dvec p = (dvec)(1.0 / 3628800);
    p = p * r + (dvec)(1.0 / 362880);
    p = p * r + (dvec)(1.0 / 40320);
    p = p * r + (dvec)(1.0 / 5040);
    p = p * r + (dvec)(1.0 / 720);
    p = p * r + (dvec)(1.0 / 120);
    p = p * r + (dvec)(1.0 / 24);
    p = p * r + (dvec)(1.0 / 6);
    p = p * r + (dvec)(0.5);
    p = p * r + (dvec)(1.0);
    p = p * r + (dvec)(1.0);
    lvec n = (lvec)shifted - (lvec)magic;
    return (dvec)((lvec)p + (n << 52));
}

// The special cases of C's powf.
INLINE vec power(vec a, vec b) {
    const vec zero = splat(0.0f), one = splat(1.0f), infinity = splat(INFINITY);
    vec magnitude = absolute(a), exponent_size = absolute(b);
    vec result = narrow(exponential_two_double(logarithm_two_double(magnitude) * widen(b)));
    vec vanishing = choose(b < zero, infinity, zero), growing = choose(b < zero, zero, infinity);
    result = choose(magnitude == zero, vanishing, result);
    result = choose(magnitude == infinity, growing, result);
    result = choose(exponent_size == infinity, choose(magnitude < one, vanishing, growing), result);
    result = choose(magnitude == one, one, result);
    // From 2^24 on every float is an even integer.
    vec whole = __builtin_elementwise_floor(b);
    ivec integer = (whole == b) | (exponent_size >= splat(16777216.0f));
    vec halved = b * splat(0.5f);
    ivec odd = integer & (exponent_size < splat(16777216.0f))
        & (__builtin_elementwise_floor(halved) != halved);
    ivec negative = as_bits(a) < 0;
    result = choose(negative & odd, -result, result);
    result = choose((a < zero) & ~integer & (magnitude != infinity), splat(NAN), result);
    result = choose((a != a) | (b != b), splat(NAN), result);
    return choose((b == zero) | (a == one), one, result);
}
