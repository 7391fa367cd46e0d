/** README's example, which the embedded model ranks well. */
export const massQuery = "how do you find mass?";

export const massTexts = [
  "A High Mass is a church service in which most of the words are sung.",
  "To find an object's mass, divide its weight by the acceleration of gravity.",
  "Mass communication is the spreading of news to many people at once.",
  "The atomic mass unit is one twelfth of the mass of a carbon-12 atom.",
  "Mass is how much matter an object is made of.",
];

/** The texts' places, best first. */
export const massRanking = [1, 3, 4, 2, 0];
