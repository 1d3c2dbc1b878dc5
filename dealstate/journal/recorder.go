package journal

import "context"

type recorderKey struct{}

// WithRecorder gives a context that carries the name of whoever records: a
// tracker writes it into [Entry].By.
func WithRecorder(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, recorderKey{}, name)
}

// Recorder gives the name that [WithRecorder] put into the context, "" for none.
func Recorder(ctx context.Context) string {
	name, _ := ctx.Value(recorderKey{}).(string)
	return name
}
