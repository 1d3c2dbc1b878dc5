package dealstate

// Join is a party's own delay, where it joins after what brought the deal into
// force: "thirty days after the deposit" (UN Convention on the Law of the Sea,
// article 308(2)). Without it a late party's delay is the agreement's Effect.
type Join struct {
	Delay
	From JoinFrom // zero: FromTrigger
}

// JoinFrom says which approvals have the delay of their own.
type JoinFrom uint8

// Where joining begins.
const (
	FromTrigger JoinFrom = iota + 1 // approvals after the instant at which the condition was met
	FromForce                       // approvals from entry into force on; others are bound from there (Kigali Amendment, article IV)
)

var joinEnum = enumOf[JoinFrom]("from", []string{FromTrigger: "trigger", FromForce: "force"}, func(word string) string { return word })

func (j JoinFrom) String() string { return joinEnum.text(j) }

// MarshalText writes the word.
func (j JoinFrom) MarshalText() ([]byte, error) { return joinEnum.marshal(j) }

// UnmarshalText reads the word.
func (j *JoinFrom) UnmarshalText(text []byte) error { return joinEnum.unmarshal(j, text) }
