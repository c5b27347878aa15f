package rest

import (
	"net/http"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 30, 22, 15, 0, 0, time.UTC)

func TestRetryAfter(t *testing.T) {
	tests := []struct {
		value string
		want  time.Duration
		ok    bool
	}{
		{"", 0, false}, {"soon", 0, false}, {"-5", 0, false}, {"NaN", 0, false}, {"2026-13-01T00:00:00Z", 0, false},
		{"0", 0, true}, {"120", 2 * time.Minute, true}, {" 1.5 ", 1500 * time.Millisecond, true},
		{"99999999999999999999", 24 * time.Hour, true}, {"Inf", 24 * time.Hour, true},
		{"Mon, 30 Nov 2026 22:20:00 GMT", 5 * time.Minute, true}, {"Mon, 30 Nov 2026 21:20:00 GMT", 0, true},
		{"2026-12-01T00:00:00Z", 105 * time.Minute, true}, {"2026-12-01T01:00:00+01:00", 105 * time.Minute, true},
		{"2026-12-01T00:00:00", 105 * time.Minute, true}, {"2026-12-01T00:00:00+0000", 105 * time.Minute, true},
		{"2026-12-01T00:00:00.000Z", 105 * time.Minute, true}, {"2036-12-01T00:00:00Z", 24 * time.Hour, true},
	}
	for _, tt := range tests {
		until, ok := RetryAfter(http.Header{"Retry-After": {tt.value}}, now)
		if ok != tt.ok || ok && until.Sub(now) != tt.want {
			t.Errorf("RetryAfter(%q) = %s, %t; want %s, %t", tt.value, until, ok, now.Add(tt.want), tt.ok)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, v := range []string{"1", "1e9", "Mon, 30 Nov 2026 22:20:00 GMT", "2026-12-01T00:00:00Z", "-0", "0x1p-2"} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		until, ok := RetryAfter(http.Header{"Retry-After": {v}}, now)
		if ok && (until.Before(now) || until.After(now.Add(longestWait))) {
			t.Errorf("RetryAfter(%q) = %s", v, until)
		}
	})
}

func TestBackoff(t *testing.T) {
	most := Backoff{First: time.Second, Most: 10 * time.Second, Rand: func() float64 { return 0 }}
	least := Backoff{First: time.Second, Most: 10 * time.Second, Rand: func() float64 { return 1 }}
	for failed, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 4: 8 * time.Second,
		5: 10 * time.Second, 1 << 30: 10 * time.Second} {
		if a, b := most.Delay(failed), least.Delay(failed); a != want || b != want/2 {
			t.Errorf("after %d failures between %s and %s, want between %s and %s", failed, b, a, want/2, want)
		}
	}
	if d := (Backoff{First: time.Second, Most: time.Minute}).Delay(1); d < time.Second/2 || d > time.Second {
		t.Errorf("with math/rand: %s", d)
	}
}
