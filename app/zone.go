package app

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// localZone is the IANA name of this computer’s time zone. Go reads the zone
// without its name, so the name is looked up where systems keep it; where they
// do not, it is UTC, and the person says so when joining.
func localZone() string {
	for _, name := range []string{os.Getenv("TZ"), linked("/etc/localtime"), firstLine("/etc/timezone")} {
		name = strings.TrimPrefix(name, ":")
		if _, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
			return name
		}
	}
	return "UTC"
}

func linked(path string) string {
	to, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	_, name, _ := strings.Cut(filepath.ToSlash(to), "zoneinfo/")
	return name
}

func firstLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(line)
}
