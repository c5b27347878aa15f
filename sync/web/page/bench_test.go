package page

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// BenchmarkPage makes the first page of 1,000 calendars with 20 events each: anew, and of facts that are fresh.
func BenchmarkPage(b *testing.B) {
	for _, fresh := range []bool{false, true} {
		b.Run(fmt.Sprintf("fresh=%v", fresh), func(b *testing.B) {
			p := pageOf(b, crowd(1000, 20), func() time.Time { return noon })
			p.ListenAt(onlyHere)
			size := 0
			for b.Loop() {
				if !fresh {
					p.stale(b.Context())
				}
				out := httptest.NewRecorder()
				p.ServeHTTP(out, httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/", nil))
				if size = out.Body.Len(); out.Code != http.StatusOK {
					b.Fatal(out.Code)
				}
			}
			b.ReportMetric(float64(size)/1024, "KiB")
		})
	}
}
