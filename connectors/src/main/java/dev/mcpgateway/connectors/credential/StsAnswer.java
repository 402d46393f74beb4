package dev.mcpgateway.connectors.credential;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * An answer of STS, which speaks XML: the texts of its elements by their local names. What is there twice or cannot be read
 * is not there. Document types are refused and entities never fetched.
 *
 * @param texts of elements that hold text alone
 */
record StsAnswer(Map<String, String> texts) {
    private static final int ELEMENTS_MAX = 200;

    static StsAnswer of(byte[] xml) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            // read from bytes, the JDK's parser would complain of wrong ones on standard error
            XMLStreamReader reader =
                    factory.createXMLStreamReader(new StringReader(new String(xml, StandardCharsets.UTF_8)));
            return new StsAnswer(texts(reader));
        } catch (XMLStreamException | RuntimeException unreadable) {
            // it throws others, too, where it has no words for what is wrong (MissingResourceException)
            return new StsAnswer(Map.of());
        }
    }

    private static Map<String, String> texts(XMLStreamReader reader) throws XMLStreamException {
        Map<String, String> texts = new HashMap<>();
        String text = "";
        boolean isLeaf = false;
        int elements = 0;
        while (reader.hasNext()) {
            switch (reader.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    elements++;
                    text = "";
                    isLeaf = true;
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text += reader.getText();
                case XMLStreamConstants.END_ELEMENT -> {
                    if (isLeaf) {
                        texts.merge(reader.getLocalName(), text, (_, _) -> "");
                    }
                    isLeaf = false;
                }
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE -> elements = Integer.MAX_VALUE;
                default -> {
                    // comments and what else says nothing
                }
            }
            if (elements > ELEMENTS_MAX) {
                return Map.of();
            }
        }
        return texts;
    }

    /** The text of the one element of this name; empty for none. */
    String text(String name) {
        return texts.getOrDefault(name, "");
    }

    /** Keys are among the texts. */
    @Override
    public String toString() {
        return "answer of AWS STS";
    }
}
