package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"github.com/munnerz/goautoneg"

	"zoomtag/sync/api"
)

// Health is how something is: its status, one of api.OK, api.Degraded and api.Failing, and why it is not well.
type Health struct {
	Status  string   `json:"status"`
	Reasons []string `json:"reasons"`
}

// The forms in which health is told.
const (
	asJSON = "application/json"
	asText = "text/plain"
)

// HealthPage tells what judge says: with the status 503 where it is failing, and 200 where it is not. It is JSON, or,
// for who likes that better, text with the status in the first line and a reason in each that follows.
func HealthPage(judge func(ctx context.Context) Health, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := judge(r.Context())
		form := goautoneg.Negotiate(r.Header.Get("Accept"), []string{asJSON, asText})
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cache-Control", "no-store")
		header.Set("Vary", "Accept")
		header.Set("Content-Type", asJSON)
		if form == asText {
			header.Set("Content-Type", asText+"; charset=utf-8")
		}
		if h.Status == api.Failing {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		if err := h.write(w, form); err != nil {
			log.Debug("health page", "reason", err)
		}
	})
}

func (h Health) write(w http.ResponseWriter, form string) error {
	if form == asText {
		_, err := w.Write([]byte(strings.Join(append([]string{h.Status}, h.Reasons...), "\n") + "\n"))
		return err
	}
	if h.Reasons == nil {
		h.Reasons = []string{}
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out.Encode(h)
}
