package socket

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/sync/api"
)

// TestDaemonFallsSilent: a daemon that lives may take its time for an answer; one that hangs meanwhile is noticed.
func TestDaemonFallsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		hangs := make(chan struct{})
		time.AfterFunc(time.Hour, func() { close(hangs) })
		answers := func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		r := &Client{every: answerTime,
			http: &http.Client{Transport: transportFunc(func(req *http.Request) (*http.Response, error) {
				select {
				case <-hangs:
					return answers(req)
				default:
				}
				if req.URL.Path == "/alive" {
					return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
				}
				return answers(req)
			})}}
		_, err := r.Status(t.Context(), api.StatusRequest{})
		if took := time.Since(began); err == nil || err.Error() != ErrSilent.Error() || took < time.Hour ||
			took > time.Hour+2*answerTime {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

// transportFunc is a function as a transport.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
