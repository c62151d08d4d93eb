// Elementary functions on vectors, without branches.
//
// Method: Cody-Waite argument reduction (Cody and Waite 1980), then polynomials fitted to minimax by
// Lawson's iterated weights (Lawson 1961), their errors below 5e-8. Everything else is rounding;
// the tests hold each function to 4e-7 against double.

INLINE vec absolute(vec x) { return from_bits(as_bits(x) & 0x7fffffff); }
INLINE vec with_sign_of(vec magnitude, vec sign) {
    return from_bits((as_bits(magnitude) & 0x7fffffff) | (as_bits(sign) & (int32_t)0x80000000));
}
INLINE vec at_least(vec x, float low) { return choose(x < splat(low), splat(low), x); }
INLINE vec at_most(vec x, float high) { return choose(x > splat(high), splat(high), x); }
INLINE vec clipped(vec x, float low, float high) { return at_most(at_least(x, low), high); }

// 2^n for -126 <= n <= 127.
INLINE vec power_of_two(ivec n) { return from_bits((n + 127) << 23); }

typedef struct {
    ivec n;  // x = n ln 2 + r
    vec r;   // |r| <= ln 2 / 2
    vec p;   // e^r - 1
} exponential_parts;

INLINE exponential_parts exponential_reduce(vec x) {
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits; a NaN stays one.
    const vec magic = splat(12582912.0f);
    vec shifted = x * splat(1.44269504f) + magic;
    vec n = shifted - magic;
    vec r = x - n * splat(0.693359375f);
    r = r - n * splat(-2.12194440e-4f);
    vec q = splat(0.00139508082f);
    q = q * r + splat(0.00836907327f);
    q = q * r + splat(0.0416662022f);
    q = q * r + splat(0.166665167f);
    q = q * r + splat(0.5f);
    return (exponential_parts){as_bits(shifted) - as_bits(magic), r, r * r * q + r};
}

// Results below the smallest normal number are 0: denormals cost hundreds of cycles each.
INLINE vec exponential(vec x) {
    exponential_parts e = exponential_reduce(x);
    vec result = from_bits(as_bits(e.p + splat(1.0f)) + (e.n << 23));
    result = choose(x < splat(-87.336f), splat(0.0f), result);
    // Overflow and NaN. 88.72283 is the largest float whose power is finite.
    return choose(~(x <= splat(88.72283f)), x * splat(INFINITY), result);
}

// e^x - 1 for x <= 0 (larger x gives a finite value of no meaning).
INLINE vec exponential_minus_one(vec x) {
    exponential_parts e = exponential_reduce(clipped(x, -30.0f, 0.5f));
    vec scale = power_of_two(e.n);
    return e.p * scale + (scale - splat(1.0f));
}

// log(1 + f) for 1 / sqrt 2 <= 1 + f <= sqrt 2.
INLINE vec logarithm_polynomial(vec f, vec n) {
    vec p = splat(-0.0763449371f);
    p = p * f + splat(0.127615884f);
    p = p * f + splat(-0.131601885f);
    p = p * f + splat(0.142017573f);
    p = p * f + splat(-0.166233569f);
    p = p * f + splat(0.200012267f);
    p = p * f + splat(-0.250008225f);
    p = p * f + splat(0.333333313f);
    vec square = f * f;
    vec low = n * splat(-2.12194440e-4f) + square * f * p;
    low = low - splat(0.5f) * square;
    return n * splat(0.693359375f) + (f + low);
}

// log of 0 is -infinity, of a negative number NaN, of infinity infinity.
INLINE vec logarithm_specials(vec x, vec result) {
    result = choose(x == splat(INFINITY), x, result);
    result = choose(x == splat(0.0f), splat(-INFINITY), result);
    return choose((x < splat(0.0f)) | (x != x), splat(NAN), result);
}

INLINE vec logarithm(vec x) {
    ivec denormal = x < splat(1.17549435e-38f);
    vec scaled = choose(denormal, x * splat(8388608.0f), x);
    // Subtracting the bits of 1 / sqrt 2 brings the mantissa's range to 1 / sqrt 2 ..< sqrt 2.
    ivec n = (as_bits(scaled) - 0x3f3504f3) >> 23;
    vec mantissa = from_bits(as_bits(scaled) - (n << 23));
    vec exponent = __builtin_convertvector(n + (denormal & -23), vec);
    return logarithm_specials(x, logarithm_polynomial(mantissa - splat(1.0f), exponent));
}

INLINE vec logarithm_one_plus(vec x) {
    vec u = x + splat(1.0f);
    ivec n = (as_bits(u) - 0x3f3504f3) >> 23;
    vec mantissa = from_bits(as_bits(u) - (n << 23));
    // What the sum 1 + x lost is put back, in the mantissa's scale; with n = 0 this gives f = x.
    ivec clamped = n < 126 ? n : (ivec)(126);
    vec lost = (x - (u - splat(1.0f))) * power_of_two(-clamped);
    vec f = (mantissa - splat(1.0f)) + lost;
    vec result = logarithm_polynomial(f, __builtin_convertvector(n, vec));
    return logarithm_specials(u, result);
}

INLINE vec hyperbolic_tangent(vec x) {
    vec t = exponential_minus_one(splat(-2.0f) * absolute(x));
    return with_sign_of(t / (t + splat(2.0f)), x);
}

INLINE vec sigmoid(vec x) { return splat(1.0f) / (splat(1.0f) + exponential(-x)); }

// erfc(z) for z >= 1: e^(-z^2) t P(t), t = 1 / (1 + 0.4 z).
INLINE vec error_function_tail(vec z) {
    vec t = splat(1.0f) / (splat(1.0f) + splat(0.4f) * z);
    vec p = splat(-0.116578892f);
    p = p * t + splat(0.244460106f);
    p = p * t + splat(0.00733435107f);
    p = p * t + splat(0.213571638f);
    p = p * t + splat(0.198623046f);
    p = p * t + splat(0.226717725f);
    p = p * t + splat(0.225625426f);
    return exponential(-z * z) * (t * p);
}

// erf(x) for |x| <= 1.
INLINE vec error_function_centre(vec x) {
    vec y = x * x;
    vec p = splat(7.85385491e-05f);
    p = p * y + splat(-0.000801019196f);
    p = p * y + splat(0.00518832728f);
    p = p * y + splat(-0.026853811f);
    p = p * y + splat(0.112835854f);
    p = p * y + splat(-0.37612626f);
    p = p * y + splat(1.12837923f);
    return x * p;
}

INLINE vec error_function(vec x) {
    vec z = absolute(x);
    // Clamped, as infinity times 0 has no value; beyond 4 the result is 1.
    vec outer = with_sign_of(splat(1.0f) - error_function_tail(at_most(z, 10.0f)), x);
    return choose((z <= splat(1.0f)), error_function_centre(x), choose(x != x, x, outer));
}

INLINE vec softplus(vec x) {
    vec tail = logarithm_one_plus(exponential(-absolute(x)));
    return choose(x > splat(0.0f), x, choose(x != x, x, splat(0.0f))) + tail;
}

// The factor is clamped, so that -infinity gives 0 and not infinity times 0.
INLINE vec swish(vec x) {
    vec v = at_least(x, -120.0f);
    return v / (splat(1.0f) + exponential(-v));
}

// x Phi(x), with Phi from erfc on the left, where 1 + erf would cancel.
INLINE vec gelu(vec x) {
    vec v = at_least(x, -14.5f);
    vec scaled = v * splat(0.707106781f), z = absolute(scaled);
    vec tail = splat(0.5f) * error_function_tail(at_most(z, 10.5f));
    vec outer = choose(v < splat(0.0f), tail, splat(1.0f) - tail);
    vec centre = splat(0.5f) + splat(0.5f) * error_function_centre(scaled);
    return v * choose(z <= splat(1.0f), centre, outer);
}

// x (1 + tanh u) / 2 = x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3) (Hendrycks and Gimpel 2016).
INLINE vec gelu_tanh(vec x) {
    vec v = at_least(x, -30.0f);
    vec w = at_most(v, 30.0f);
    vec twice = splat(1.59576912f) * (w + splat(0.044715f) * w * w * w);
    return v / (splat(1.0f) + exponential(-twice));
}

INLINE vec sine_polynomial(vec r) {
    vec y = r * r;
    vec p = splat(2.718112e-06f);
    p = p * y + splat(-0.000198393114f);
    p = p * y + splat(0.00833332911f);
    p = p * y + splat(-0.166666672f);
    return r + r * y * p;
}

INLINE vec cosine_polynomial(vec r) {
    vec y = r * r;
    vec p = splat(-2.72056667e-07f);
    p = p * y + splat(2.47994594e-05f);
    p = p * y + splat(-0.00138888834f);
    p = p * y + splat(0.0416666679f);
    return splat(1.0f) - splat(0.5f) * y + y * y * p;
}

// The sine of r + quadrant pi / 2, |r| <= pi / 4.
INLINE vec sine_in_quadrant(vec r, ivec quadrant) {
    vec value = choose((quadrant & 1) != 0, cosine_polynomial(r), sine_polynomial(r));
    return from_bits(as_bits(value) ^ ((quadrant & 2) << 30));
}

// sin(x + quarter_turns pi / 2). The reduction is in double, exact enough up to 2^28; a lane beyond
// goes to the C library.
INLINE vec sine_shifted(vec x, int32_t quarter_turns) {
    const dvec magic = (dvec)(6755399441055744.0);
    dvec wide = widen(x);
    dvec shifted = wide * (dvec)(0.63661977236758134308) + magic;
    dvec n = shifted - magic;
    // pi / 2 in parts of 26 bits, so that the products are exact without a fused multiply-add too.
    dvec r = wide - n * (dvec)(1.5707963109016418);
    r = r - n * (dvec)(1.5893254712295857e-08);
    r = r - n * (dvec)(6.123233995736766e-17);
    ivec quadrant = __builtin_convertvector((lvec)shifted, ivec) + quarter_turns;
    vec value = sine_in_quadrant(narrow(r), quadrant);
    ivec large = absolute(x) > splat(268435456.0f);
    if (__builtin_reduce_or(large)) {
        for (int i = 0; i < LANES; i++) {
            if (large[i]) value[i] = quarter_turns ? cosf(x[i]) : sinf(x[i]);
        }
    }
    return value;
}
