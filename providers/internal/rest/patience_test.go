package rest

import (
	"net/http"
	"testing"
	"time"
)

func TestPatience(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	p := Patience{First: 10 * time.Second, Most: 5 * time.Minute}
	for i, seconds := range []int{10, 20, 40, 80, 160, 300, 300} {
		want := time.Duration(seconds) * time.Second
		got := p.Until(nil, now).Sub(now)
		if got < want || got >= want+min(want/2, time.Minute) {
			t.Errorf("pause %d lasts %s, want %s and up to a half, at most a minute, more", i+1, got, want)
		}
	}
	if got := p.Until(http.Header{"Retry-After": {"7"}}, now); !got.Equal(now.Add(7 * time.Second)) {
		t.Errorf("a pause of 7 s that is asked for ends at %s", got)
	}
	p.Reset()
	if got := p.Until(nil, now).Sub(now); got >= 15*time.Second {
		t.Errorf("after the service has answered again the pause is %s", got)
	}
}
