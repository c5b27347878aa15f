package configs

import (
	"fmt"
	"path/filepath"
)

// ICS is a folder of .ics files.
type ICS struct {
	Path  string `yaml:"path" is:"path" need:"yes"`
	Owner Owners `yaml:"owner" is:"owner"`
}

// Kind is "ics".
func (i *ICS) Kind() string { return "ics" }

// SignsIn is false: a folder asks nobody who reads it.
func (i *ICS) SignsIn() bool { return false }

// Proof is not asked for.
func (i *ICS) Proof() (said, files []string) { return nil, nil }

// Folder is where the files are.
func (i *ICS) Folder() string { return i.Path }

// Service is none.
func (i *ICS) Service() string { return "" }

func (i *ICS) person() string {
	return i.Owner.first()
}

func (i *ICS) source() string {
	if i.Path == "" {
		return ""
	}
	return fmt.Sprintf("ics %q", filepath.Clean(i.Path))
}

func (i *ICS) validate(*decoder, string) {}
