package outlooktest

// schema is what the service's schema says of its calls.
type schema struct{}

func parseSchema([]byte) (*schema, error) { return &schema{}, nil }

func (c *call) checkSchema() (answer, bool) { return answer{}, false }

// Schema is a cut of the schema of Graph v1.0.
func Schema() []byte { return []byte("{}") }
