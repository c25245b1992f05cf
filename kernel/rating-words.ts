import type { Language } from './keywords.ts'

interface RatingWords {
  question: string
  /** At most 20 characters: it opens the list. */
  button: string
  /** Before the address of the page, where there are no buttons. */
  takesAMoment: string
  /** From five stars to one. At most 18 characters: five stars and a space stand before them in a row of 24. */
  scores: readonly [string, string, string, string, string]
}

/** How somebody is asked how content they were, in their language. */
export const ratingWords: Readonly<Record<Language, RatingWords>> = {
  en: {
    question: 'How content are you with how we looked after you?',
    button: 'Choose',
    takesAMoment: 'It takes a moment:',
    scores: ['Very good', 'Good', 'All right', 'Not good', 'Bad'],
  },
  de: {
    question: 'Wie zufrieden sind Sie damit, wie wir uns um Sie gekümmert haben?',
    button: 'Auswählen',
    takesAMoment: 'Es dauert nur einen Moment:',
    scores: ['Sehr gut', 'Gut', 'In Ordnung', 'Nicht gut', 'Schlecht'],
  },
  es: {
    question: '¿Está contento con cómo le hemos atendido?',
    button: 'Elegir',
    takesAMoment: 'Solo lleva un momento:',
    scores: ['Muy bien', 'Bien', 'Regular', 'No muy bien', 'Mal'],
  },
  fr: {
    question: 'Êtes-vous satisfait de la façon dont nous nous sommes occupés de vous ?',
    button: 'Choisir',
    takesAMoment: 'Cela ne prend qu’un instant :',
    scores: ['Très bien', 'Bien', 'Correct', 'Pas bien', 'Mal'],
  },
  pt: {
    question: 'Está satisfeito com a forma como cuidámos de si?',
    button: 'Escolher',
    takesAMoment: 'Demora só um momento:',
    scores: ['Muito bom', 'Bom', 'Razoável', 'Pouco bom', 'Mau'],
  },
  it: {
    question: 'È soddisfatto di come ci siamo presi cura di Lei?',
    button: 'Scegli',
    takesAMoment: 'Ci vuole solo un momento:',
    scores: ['Molto bene', 'Bene', 'Così così', 'Non bene', 'Male'],
  },
  nl: {
    question: 'Hoe tevreden bent u over hoe wij u hebben geholpen?',
    button: 'Kiezen',
    takesAMoment: 'Het kost maar even:',
    scores: ['Heel goed', 'Goed', 'Redelijk', 'Niet goed', 'Slecht'],
  },
  hi: {
    question: 'हमने आपका जैसा ध्यान रखा, उससे आप कितने संतुष्ट हैं?',
    button: 'चुनें',
    takesAMoment: 'इसमें बस एक पल लगेगा:',
    scores: ['बहुत अच्छा', 'अच्छा', 'ठीक', 'अच्छा नहीं', 'बुरा'],
  },
  ar: {
    question: 'ما مدى رضاك عن اهتمامنا بك؟',
    button: 'اختر',
    takesAMoment: 'لن يستغرق سوى لحظة:',
    scores: ['جيد جدًا', 'جيد', 'مقبول', 'ليس جيدًا', 'سيئ'],
  },
}
