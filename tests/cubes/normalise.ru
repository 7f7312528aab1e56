# The normalisation of the Data Cube Recommendation, section 10: first what types and component properties follow,
# then what is said of a data set, a slice or a group is said of each of its observations.

PREFIX qb: <http://purl.org/linked-data/cube#>

INSERT { ?observation a qb:Observation } WHERE { { ?observation qb:dataSet ?cube } UNION { ?group qb:observation ?observation } } ;
INSERT { ?cube a qb:DataSet } WHERE { { ?observation qb:dataSet ?cube } UNION { ?cube qb:structure ?structure } } ;
INSERT { ?slice a qb:Slice } WHERE { ?cube qb:slice ?slice } ;
INSERT { ?component qb:componentProperty ?property ; a qb:ComponentSpecification }
WHERE { ?component qb:dimension|qb:measure|qb:attribute ?property } ;
INSERT { ?property a qb:DimensionProperty } WHERE { ?component qb:dimension ?property } ;
INSERT { ?property a qb:MeasureProperty } WHERE { ?component qb:measure ?property } ;
INSERT { ?property a qb:AttributeProperty } WHERE { ?component qb:attribute ?property } ;
INSERT { ?observation ?property ?value } WHERE {
  ?component qb:componentAttachment qb:DataSet ; qb:componentProperty ?property .
  ?structure qb:component ?component .
  ?cube qb:structure ?structure ; ?property ?value .
  ?observation qb:dataSet ?cube .
} ;
INSERT { ?observation ?property ?value } WHERE {
  ?structure qb:component/qb:componentProperty ?property .
  ?cube qb:structure ?structure ; qb:slice ?slice .
  ?slice ?property ?value ; qb:observation ?observation .
  FILTER NOT EXISTS { ?observation ?property ?other }
}
