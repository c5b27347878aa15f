package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"zoomtag/sync/api"
)

// TestHealthPage: JSON with reasons, or text for who likes that better, and the status that monitors go by.
func TestHealthPage(t *testing.T) {
	const late = `{"status":"degraded","reasons":["overdue: team <1>"]}`
	tests := []struct {
		health               Health
		accept, want, inForm string
		code                 int
	}{
		{Health{Status: api.OK}, "", `{"status":"ok","reasons":[]}`, asJSON, http.StatusOK},
		{Health{Status: api.OK}, "*/*", `{"status":"ok","reasons":[]}`, asJSON, http.StatusOK},
		{Health{Status: api.OK}, "text/plain", "ok", "text/plain; charset=utf-8", http.StatusOK},
		{Health{api.Degraded, []string{"overdue: team <1>"}}, "application/json", late, asJSON, http.StatusOK},
		{Health{api.Degraded, []string{"overdue: team"}}, "text/plain, */*;q=0.1", "degraded\noverdue: team",
			"text/plain; charset=utf-8", http.StatusOK},
		{Health{api.Failing, []string{"one", "two"}}, "text/*", "failing\none\ntwo", "text/plain; charset=utf-8",
			http.StatusServiceUnavailable},
		{Health{api.Failing, []string{"one"}}, "text/html", `{"status":"failing","reasons":["one"]}`, asJSON,
			http.StatusServiceUnavailable},
		{Health{Status: api.OK}, "nonsense;;q=x,,", `{"status":"ok","reasons":[]}`, asJSON, http.StatusOK},
	}
	for _, test := range tests {
		page := HealthPage(func(context.Context) Health { return test.health }, slog.New(slog.DiscardHandler))
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil)
		r.Header.Set("Accept", test.accept)
		w := httptest.NewRecorder()
		page.ServeHTTP(w, r)
		form := w.Header().Get("Content-Type")
		if w.Code != test.code || w.Body.String() != test.want+"\n" || form != test.inForm {
			t.Errorf("%q, accepting %q: %d %s %q", test.health.Status, test.accept, w.Code, form, w.Body)
		}
	}
}
