package dealstate

// Modality is how an act was spoken of. Only what is asserted can be an act.
type Modality uint8

// The modalities. An event that names none is asserted.
const (
	Asserted    Modality = iota + 1 // it was done
	Conditional                     // it is done if something else is
	Denied                          // it was not done
	Planned                         // it will be done

	endOfModalities
)

// modalityRow is what there is to know of one modality.
type modalityRow struct {
	word  string
	hedge int // the less, the nearer it comes to saying that it was done
}

var modalities = [endOfModalities]modalityRow{
	Asserted:    {word: "asserted", hedge: 1},
	Conditional: {word: "conditional", hedge: 2},
	Denied:      {word: "denied", hedge: 4},
	Planned:     {word: "planned", hedge: 3},
}

var modalityEnum = enumOf[Modality]("modality", modalities[:], func(r modalityRow) string { return r.word })

func (m Modality) String() string { return modalityEnum.text(m) }

// MarshalText writes the modality's word.
func (m Modality) MarshalText() ([]byte, error) { return modalityEnum.marshal(m) }

// UnmarshalText reads a modality's word.
func (m *Modality) UnmarshalText(text []byte) error { return modalityEnum.unmarshal(m, text) }
